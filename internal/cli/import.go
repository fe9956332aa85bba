package cli

import (
	"fmt"
	"os"

	"ponte/internal/keep"
)

type importCmd struct {
	File string `arg:"" help:"The export." type:"existingfile"`
	dataFlag
}

// Run makes the store of an empty data folder of an export.
func (x *importCmd) Run(e *env) error {
	data, err := x.folder()
	if err != nil {
		return err
	}
	from, err := os.Open(x.File)
	if err != nil {
		return err
	}
	defer from.Close()
	counts, err := keep.Import(e.ctx, from, data)
	if err != nil {
		return fmt.Errorf("nothing was imported: %w", err)
	}
	if err := counted(e.out, counts); err != nil {
		return err
	}
	return toldPaused(e)
}
