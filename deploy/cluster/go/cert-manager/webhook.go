package main

import (
	"context"

	"github.com/go-logr/logr"
	"github.com/spf13/pflag"

	"github.com/cert-manager/cert-manager/internal/webhook"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

// runWebhook answers the API server's questions about cert-manager's resources.
func runWebhook(ctx context.Context, flags *pflag.FlagSet, args []string) error {
	configuration, err := options.NewWebhookConfiguration()
	if err != nil {
		return err
	}
	options.AddConfigFlags(flags, configuration)
	if err := flags.Parse(args); err != nil {
		return err
	}
	server, err := webhook.NewCertManagerWebhookServer(logr.FromContextOrDiscard(ctx), *configuration)
	if err != nil {
		return err
	}
	return server.Run(ctx)
}
