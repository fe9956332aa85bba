package cli

import (
	"io"

	"ponte/internal/config"
)

type configCmd struct {
	Example exampleCmd `cmd:"" help:"Print a configuration that works as it stands, with comments."`
}

type exampleCmd struct{}

// Run prints the example.
func (exampleCmd) Run(e *env) error {
	_, err := io.WriteString(e.out, config.Example)
	return err
}
