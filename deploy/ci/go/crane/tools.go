//go:build tools

// The program that this module is for: crane, which pushes images, joins them, and has a registry to test against.
package tools

import _ "github.com/google/go-containerregistry/cmd/crane"
