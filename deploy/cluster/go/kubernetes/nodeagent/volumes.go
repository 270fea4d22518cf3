package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/klog/v2"
)

const (
	provisioner  = "fashionforward.test/node-volumes"
	selectedNode = "volume.kubernetes.io/selected-node" // set by the scheduler (WaitForFirstConsumer)
	volumesDir   = "/var/node-volumes"                  // /var is a volume of the node's container: it outlives its restart
	volumesEvery = time.Second
)

// volumes gives claims folders of the node that their pod was scheduled to. As with local-path-provisioner, a pod with such a claim
// can only ever run on that node.
type volumes struct {
	client   kubernetes.Interface
	node     string
	claims   listers.PersistentVolumeClaimLister
	existing listers.PersistentVolumeLister
}

// keep provisions and deletes until ctx ends.
func (v *volumes) keep(ctx context.Context) error {
	for {
		if err := v.look(ctx); err != nil {
			klog.Errorf("volumes: %v", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(volumesEvery):
		}
	}
}

func (v *volumes) look(ctx context.Context) error {
	claims, err := v.claims.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, claim := range claims {
		if claim.Status.Phase == v1.ClaimPending && claim.Annotations[selectedNode] == v.node &&
			claim.Annotations["volume.kubernetes.io/storage-provisioner"] == provisioner {
			if err := v.provision(ctx, claim); err != nil {
				return fmt.Errorf("claim %s/%s: %w", claim.Namespace, claim.Name, err)
			}
		}
	}
	existing, err := v.existing.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, volume := range existing {
		if volume.Status.Phase == v1.VolumeReleased && volume.Spec.PersistentVolumeReclaimPolicy == v1.PersistentVolumeReclaimDelete &&
			volume.Annotations["fashionforward.test/node"] == v.node {
			if err := v.remove(ctx, volume); err != nil {
				return fmt.Errorf("volume %s: %w", volume.Name, err)
			}
		}
	}
	return nil
}

func (v *volumes) provision(ctx context.Context, claim *v1.PersistentVolumeClaim) error {
	name := "pvc-" + string(claim.UID) // so that a second look makes no second volume
	path := filepath.Join(volumesDir, name)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o777); err != nil { // MkdirAll obeys the umask; the pod's user is not known here
		return err
	}
	volume := &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{
			"pv.kubernetes.io/provisioned-by": provisioner, "fashionforward.test/node": v.node}},
		Spec: v1.PersistentVolumeSpec{
			Capacity:                      v1.ResourceList{v1.ResourceStorage: claim.Spec.Resources.Requests[v1.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: v1.PersistentVolumeReclaimDelete,
			StorageClassName:              *claim.Spec.StorageClassName,
			// A local volume and not a hostPath: the kubelet gives only the former to the pod's fsGroup.
			PersistentVolumeSource: v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: path}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{{
					Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{v.node}}}}}}},
			ClaimRef: &v1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID},
		},
	}
	_, err := v.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) { // not bound yet
		return nil
	}
	if err == nil {
		klog.Infof("volume %s for claim %s/%s", name, claim.Namespace, claim.Name)
	}
	return err
}

func (v *volumes) remove(ctx context.Context, volume *v1.PersistentVolume) error {
	if err := os.RemoveAll(filepath.Join(volumesDir, volume.Name)); err != nil {
		return err
	}
	err := v.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
