//go:build tools

// The programs that this module is for, so that `go mod tidy` keeps what they need.
package kind

import (
	_ "sigs.k8s.io/kind"
)
