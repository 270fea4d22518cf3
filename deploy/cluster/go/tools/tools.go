//go:build tools

// The programs that this module is for, so that `go mod tidy` keeps what they need.
package tools

import (
	_ "github.com/rakyll/hey"
	_ "github.com/yannh/kubeconform/cmd/kubeconform"
)
