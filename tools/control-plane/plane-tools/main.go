// Command plane-tools is what stands beside the control plane, in one binary:
// its first argument (or the name it is called by) picks kwok, which simulates
// nodes and pods, the volume provisioner, or kubectl.
//
// The first two end when their standard input reaches end of file: the parent
// holds the other end of that pipe, so they don't outlive it.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl's client auth plugins
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	"sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	"sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/signals"
)

const usage = "usage: plane-tools kwok|provisioner|kubectl [flags]"

func main() {
	tool := filepath.Base(os.Args[0])
	if tool == "plane-tools" {
		if len(os.Args) < 2 {
			fmt.Fprintln(os.Stderr, usage)
			os.Exit(2)
		}
		tool = os.Args[1]
		os.Args = os.Args[1:]
	}
	switch tool {
	case "kwok":
		go endWithParent()
		if err := runKwok(); err != nil {
			fmt.Fprintln(os.Stderr, "kwok:", err)
			os.Exit(1)
		}
	case "provisioner":
		go endWithParent()
		if err := provision(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "provisioner:", err)
			os.Exit(1)
		}
	case "kubectl":
		runKubectl()
	default:
		fmt.Fprintf(os.Stderr, "unknown tool %q\n%s\n", tool, usage)
		os.Exit(2)
	}
}

// runKwok does what kwok's own main does. kubectl's libraries have put flags of
// the same names into the global set by then, so that is set aside first.
func runKwok() error {
	pflag.CommandLine = pflag.NewFlagSet("kwok", pflag.ExitOnError)
	flags := pflag.NewFlagSet("global", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	ctx, _ := log.InitFlags(signals.SetupSignalContext(), flags)
	ctx, err := config.InitFlags(ctx, flags)
	if err != nil {
		return err
	}
	command := kwok.NewCommand(ctx)
	command.PersistentFlags().AddFlagSet(flags)
	return command.ExecuteContext(ctx)
}

// runKubectl does what kubectl's own main does.
func runKubectl() {
	_, _ = logs.GlogSetter(cmd.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}

// endWithParent exits when the parent, who holds the other end of standard
// input, is gone.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
