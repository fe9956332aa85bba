package cli

import (
	"errors"
	"fmt"
	"net/url"

	"ponte/internal/config"
	"ponte/internal/control"
)

type reloadCmd struct {
	Config string `help:"The configuration file that the running Ponte was started with." default:"ponte.yaml" placeholder:"FILE"`
	Data   string `help:"Folder that keeps the state. Default: the one that the configuration names." type:"path" env:"PONTE_DATA" placeholder:"DIR"`
}

// Run has the running Ponte read its file again, and tells what it said.
func (c *reloadCmd) Run(e *env) error {
	data := c.Data
	if data == "" {
		var err error
		if data, err = config.Data(c.Config); err != nil {
			return err
		}
	}
	running, err := control.Dial(e.ctx, data)
	if errors.Is(err, control.ErrNobody) {
		return fmt.Errorf("%s: %w", data, err)
	}
	if err != nil {
		return err
	}
	err = running.Reload(e.ctx)
	if _, lost := errors.AsType[*url.Error](err); err != nil && !lost {
		return usageError{fmt.Errorf("not taken in; the running Ponte goes on with what it had\n%w", err)}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.out, "taken in")
	return err
}
