package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
)

const (
	// provisionerName is what a StorageClass names to get its volumes from here.
	provisionerName = "plane.pintle.dev/provisioner"
	// The controller manager writes the first annotation on a claim that waits
	// for an external provisioner; the second marks the volume as provisioned.
	annStorageProvisioner = "volume.kubernetes.io/storage-provisioner"
	annProvisionedBy      = "pv.kubernetes.io/provisioned-by"
	// callTimeout bounds one reconcile, so that a stuck call is retried.
	callTimeout = 15 * time.Second
	// retryBase and retryMax bound the back-off of a failed reconcile.
	retryBase = 50 * time.Millisecond
	retryMax  = 5 * time.Second
	// workers is enough for a StatefulSet fleet in a test; calls are short.
	workers = 4
)

// provisioner is the smallest external provisioner: it makes a PersistentVolume
// for each claim that the controller manager hands to it (that one honours
// storageClassName, volumeName and WaitForFirstConsumer, and does the binding),
// grows volumes whose claim asks for more, and deletes released ones.
type provisioner struct {
	client  kubernetes.Interface
	queue   workqueue.TypedRateLimitingInterface[item]
	claims  cache.Store
	volumes cache.Store
	classes cache.Store
}

type item struct {
	volume bool
	key    string
}

func provision(args []string) error {
	flags := flag.NewFlagSet("provisioner", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "path of the kubeconfig")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 500, 1000
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[item](retryBase, retryMax)
	p := &provisioner{client: client, queue: workqueue.NewTypedRateLimitingQueue(limiter)}
	return p.run(context.Background())
}

func (p *provisioner) run(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(p.client, 0)
	claims := factory.Core().V1().PersistentVolumeClaims().Informer()
	volumes := factory.Core().V1().PersistentVolumes().Informer()
	classes := factory.Storage().V1().StorageClasses().Informer()
	p.claims, p.volumes, p.classes = claims.GetStore(), volumes.GetStore(), classes.GetStore()
	if _, err := claims.AddEventHandler(p.handler(false)); err != nil {
		return err
	}
	if _, err := volumes.AddEventHandler(p.handler(true)); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for range workers {
		go p.work(ctx)
	}
	<-ctx.Done()
	return nil
}

func (p *provisioner) handler(volume bool) cache.ResourceEventHandlerFuncs {
	add := func(object any) {
		if key, err := cache.MetaNamespaceKeyFunc(object); err == nil {
			p.queue.Add(item{volume, key})
		}
	}
	return cache.ResourceEventHandlerFuncs{AddFunc: add, UpdateFunc: func(_, object any) { add(object) }}
}

func (p *provisioner) work(ctx context.Context) {
	for {
		next, shutdown := p.queue.Get()
		if shutdown {
			return
		}
		if err := p.reconcile(ctx, next); err != nil {
			log.Printf("%s: %v; trying again", next.key, err)
			p.queue.AddRateLimited(next)
		} else {
			p.queue.Forget(next)
		}
		p.queue.Done(next)
	}
}

func (p *provisioner) reconcile(ctx context.Context, next item) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	store := p.claims
	if next.volume {
		store = p.volumes
	}
	object, found, err := store.GetByKey(next.key)
	if err != nil || !found {
		return err
	}
	if next.volume {
		return p.reclaim(ctx, object.(*corev1.PersistentVolume))
	}
	claim := object.(*corev1.PersistentVolumeClaim)
	if claim.DeletionTimestamp != nil {
		return nil
	}
	if claim.Spec.VolumeName != "" {
		return p.grow(ctx, claim)
	}
	return p.create(ctx, claim)
}

// create makes the volume of a claim. Its name comes from the claim's uid, so
// that a second try finds the first one's volume.
func (p *provisioner) create(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	if claim.Annotations[annStorageProvisioner] != provisionerName || claim.Spec.StorageClassName == nil {
		return nil
	}
	object, found, err := p.classes.GetByKey(*claim.Spec.StorageClassName)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("storage class %q is not there", *claim.Spec.StorageClassName)
	}
	class := object.(*storagev1.StorageClass)
	policy := corev1.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		policy = *class.ReclaimPolicy
	}
	name := "pvc-" + string(claim.UID)
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{annProvisionedBy: provisionerName},
		},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      capacity(claim),
			MountOptions:                  class.MountOptions,
			PersistentVolumeReclaimPolicy: policy,
			StorageClassName:              class.Name,
			VolumeMode:                    claim.Spec.VolumeMode,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name,
				UID: claim.UID, ResourceVersion: claim.ResourceVersion,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: "/var/lib/plane/" + name},
			},
		},
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// grow follows a claim that asks for more than its volume has, as a resizer does.
func (p *provisioner) grow(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	wanted, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], claim.Status.Capacity[corev1.ResourceStorage]
	if claim.Status.Phase != corev1.ClaimBound || wanted.Cmp(has) <= 0 {
		return nil
	}
	object, found, err := p.volumes.GetByKey(claim.Spec.VolumeName)
	if err != nil || !found {
		return err
	}
	volume := object.(*corev1.PersistentVolume)
	if volume.Annotations[annProvisionedBy] != provisionerName {
		return nil
	}
	patch := fmt.Appendf(nil, `{"spec":{"capacity":{"storage":%q}}}`, wanted.String())
	if _, err := p.client.CoreV1().PersistentVolumes().Patch(ctx, volume.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	patch = fmt.Appendf(nil, `{"status":{"capacity":{"storage":%q},"conditions":null}}`, wanted.String())
	_, err = p.client.CoreV1().PersistentVolumeClaims(claim.Namespace).Patch(ctx, claim.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

// reclaim deletes a volume that its claim has left, where the policy says so.
func (p *provisioner) reclaim(ctx context.Context, volume *corev1.PersistentVolume) error {
	if volume.Annotations[annProvisionedBy] != provisionerName ||
		volume.Status.Phase != corev1.VolumeReleased ||
		volume.DeletionTimestamp != nil ||
		volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete {
		return nil
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{
		Preconditions: &metav1.Preconditions{UID: &volume.UID},
	})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}

// capacity is what the claim asks for; an empty request still needs a size.
func capacity(claim *corev1.PersistentVolumeClaim) corev1.ResourceList {
	size, found := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	if !found {
		size = resource.MustParse("1Gi")
	}
	return corev1.ResourceList{corev1.ResourceStorage: size}
}
