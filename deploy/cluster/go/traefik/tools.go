//go:build tools

// The programs that this module is for, so that `go mod tidy` keeps what they need.
package traefik

import (
	_ "github.com/traefik/traefik/v3/cmd/traefik"
)
