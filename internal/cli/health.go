package cli

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

type healthCmd struct {
	Address string `help:"Address of the running Ponte's console." default:"127.0.0.1:8480" env:"PONTE_ADDRESS" placeholder:"HOST:PORT"`
}

// Run asks /healthz and returns an error unless the answer is 200.
func (h *healthCmd) Run(e *env) error {
	ctx, cancel := context.WithTimeout(e.ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+strings.TrimPrefix(h.Address, "http://")+"/healthz", nil)
	if err != nil {
		return usageError{fmt.Errorf("--address %s: %w", h.Address, err)}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no Ponte answers at %s: %w", h.Address, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not well: %s answered %s", h.Address, resp.Status)
	}
	_, err = fmt.Fprintln(e.out, "ok")
	return err
}
