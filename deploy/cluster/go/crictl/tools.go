//go:build tools

// The programs that this module is for, so that `go mod tidy` keeps what they need.
package crictl

import (
	_ "sigs.k8s.io/cri-tools/cmd/crictl"
)
