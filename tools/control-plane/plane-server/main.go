// Command plane-server is the control plane in one binary: its first argument
// (or the name it is called by) picks etcd, kube-apiserver,
// kube-controller-manager or kube-scheduler.
//
// Every component ends when its standard input reaches end of file. The parent
// holds the other end of that pipe, so nothing outlives it, however it dies.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	_ "time/tzdata" // CronJob time zones on machines that have no zone files

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client request metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // build information metric
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

const usage = "usage: plane-server etcd|kube-apiserver|kube-controller-manager|kube-scheduler [flags]"

func main() {
	component := filepath.Base(os.Args[0])
	if component == "plane-server" {
		if len(os.Args) < 2 {
			fmt.Fprintln(os.Stderr, usage)
			os.Exit(2)
		}
		component = os.Args[1]
		os.Args = os.Args[1:]
	}
	go endWithParent()
	switch component {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		run(controllermanager.NewControllerManagerCommand())
	case "kube-scheduler":
		run(scheduler.NewSchedulerCommand())
	default:
		fmt.Fprintf(os.Stderr, "unknown component %q\n%s\n", component, usage)
		os.Exit(2)
	}
}

func run(command *cobra.Command) {
	os.Exit(cli.Run(command))
}

// endWithParent exits at once: the data of a private plane is thrown away, so
// there is nothing to flush.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
