// Nodeagent stands in for two programs of kind's published node image whose modules are not published or not needed whole: kindnetd,
// the network plugin, and local-path-provisioner, the volumes of the StorageClass "standard". One runs on each node. For the network it
// writes the CNI configuration for the node's range of pod addresses, keeps a route to every other node's range, masquerades
// what leaves the pod network, and enforces NetworkPolicies by kindnetd's own engine. IPv4 only.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

const (
	policyQueue = 102 // netfilter queue; any number that nothing else on the node uses
	policyTable = "kindnet-network-policies"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv("NODE_NAME"), os.Getenv("POD_SUBNET")); err != nil {
		klog.Fatal(err)
	}
}

func run(ctx context.Context, self, podSubnet string) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	shared := informers.NewSharedInformerFactory(client, 0)
	core := shared.Core().V1()
	volumes := &volumes{client: client, node: self,
		claims: core.PersistentVolumeClaims().Lister(), existing: core.PersistentVolumes().Lister()}
	nodes := core.Nodes().Lister()

	policies, err := networkpolicy.NewController(client, shared.Networking().V1().NetworkPolicies(),
		core.Namespaces(), core.Pods(), nil, nil, nil, nil,
		networkpolicy.Config{
			// While this program restarts, packets pass, as with kindnetd: a cluster for tests should not stop for it.
			FailOpen: true,
			QueueID:  policyQueue, NodeName: self, NFTableName: policyTable,
		})
	if err != nil {
		return err
	}
	shared.Start(ctx.Done())
	shared.WaitForCacheSync(ctx.Done())
	if err := masquerade(podSubnet); err != nil {
		return fmt.Errorf("masquerade: %w", err)
	}
	ended := make(chan error, 3)
	go func() { ended <- policies.Run(ctx) }()
	go func() { ended <- keepRoutes(ctx, nodes, self) }()
	go func() { ended <- volumes.keep(ctx) }()
	err = <-ended
	if ctx.Err() != nil {
		return nil
	}
	return err
}
