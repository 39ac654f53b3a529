package main

import (
	"errors"
	"log/slog"
	"os"

	helmcmd "helm.sh/helm/v4/pkg/cmd"
	"helm.sh/helm/v4/pkg/kube"
	// Client authentication plugins register themselves, as in Helm's main.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

// helm is Helm's own main (helm.sh/helm/v4/cmd/helm) with the given arguments.
func helm(args []string) int {
	os.Args = append([]string{"helm"}, args...)
	kube.ManagedFieldsManager = "helm"
	cmd, err := helmcmd.NewRootCmd(os.Stdout, args, helmcmd.SetupLogging)
	if err != nil {
		slog.Warn("command failed", slog.Any("error", err))
		return 1
	}
	// Helm's main leaves this to cobra, which reads os.Args.
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		var code helmcmd.CommandError
		if errors.As(err, &code) {
			return code.ExitCode
		}
		return 1
	}
	return 0
}
