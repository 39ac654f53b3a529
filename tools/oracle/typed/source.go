package typed

import _ "embed"

// Source is encode.go, to be compiled into other packages' tests.
//
//go:embed encode.go
var Source []byte
