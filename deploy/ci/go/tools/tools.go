//go:build tools

// The programs that this module is for, so that `go mod tidy` keeps what they need.
package tools

import (
	_ "github.com/rhysd/actionlint/cmd/actionlint"
	_ "sigs.k8s.io/kustomize/kustomize/v5"
)
