package cli

import (
	"errors"
	"fmt"
	"os"
	"time"

	"ponte/internal/keep"
	"ponte/storage/bolt"
)

type compactCmd struct{ dataFlag }

// Run writes the store's file anew without its free pages.
func (c *compactCmd) Run(e *env) error {
	data, err := c.folder()
	if err != nil {
		return err
	}
	last := time.Now()
	out, err := bolt.Compact(e.ctx, keep.File(data), func(done, all int) {
		if time.Since(last) > time.Second || done == all {
			last = time.Now()
			fmt.Fprintf(e.err, "%d of %d keys\n", done, all)
		}
	})
	if errors.Is(err, os.ErrNotExist) {
		return usageError{fmt.Errorf("--data %s: there is no store in this folder", data)}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s: %d bytes are now %d\n", keep.File(data), out.Before, out.After)
	return err
}
