// Cert-manager's controller, webhook and cainjector in one program, from cert-manager's own packages: upstream's main packages are
// nested modules that are not published. Linked in are the self-signed and the CA issuer and what serves them, and nothing else: an
// ACME issuer is accepted but never ready. The path of this module must stay below github.com/cert-manager/cert-manager/,
// which lets it import cert-manager's internal packages.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/spf13/pflag"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	programs := map[string]func(context.Context, *pflag.FlagSet, []string) error{
		"controller": runController, "webhook": runWebhook, "cainjector": runCAInjector}
	if len(args) == 0 || programs[args[0]] == nil {
		return fmt.Errorf("usage: %s controller|webhook|cainjector [FLAG...]", os.Args[0])
	}
	log := klog.NewKlogr()
	ctrl.SetLogger(log)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	flags := pflag.NewFlagSet(args[0], pflag.ExitOnError)
	flags.ParseErrorsWhitelist.UnknownFlags = true // the published programs have flags for what is left out here
	return programs[args[0]](logr.NewContext(ctx, log), flags, args[1:])
}
