package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/vishvananda/netlink"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/klog/v2"
)

// Nodes come and go only while the cluster is made, so looking again is simpler than watching; a route costs one netlink call.
const routesEvery = 2 * time.Second

// keepRoutes follows the nodes until ctx ends.
func keepRoutes(ctx context.Context, nodes listers.NodeLister, self string) error {
	configured := ""
	for {
		all, err := nodes.List(labels.Everything())
		if err != nil {
			return err
		}
		for _, node := range all {
			switch subnet := node.Spec.PodCIDR; {
			case subnet == "" || (node.Name == self && subnet == configured):
			case node.Name == self:
				if err := writeCNI(subnet); err != nil {
					return err
				}
				configured = subnet
				klog.Infof("pods of this node are in %s", subnet)
			default:
				if err := route(node); err != nil {
					klog.Errorf("route to %s: %v", node.Name, err)
				}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(routesEvery):
		}
	}
}

func route(to *v1.Node) error {
	_, pods, err := net.ParseCIDR(to.Spec.PodCIDR)
	if err != nil {
		return err
	}
	for _, address := range to.Status.Addresses {
		if ip := net.ParseIP(address.Address); address.Type == v1.NodeInternalIP && ip.To4() != nil {
			return netlink.RouteReplace(&netlink.Route{Dst: pods, Gw: ip})
		}
	}
	return fmt.Errorf("it has no internal IPv4 address")
}
