package control

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
)

// ErrNobody says that no Ponte runs on a data folder.
var ErrNobody = errors.New("no Ponte runs on this data folder")

// A Client asks the Ponte that runs on a data folder. Every error but ErrNobody
// is in words for the person at the terminal.
type Client struct {
	data string
	http *http.Client
}

// Dial returns a client, or ErrNobody.
func Dial(ctx context.Context, data string) (*Client, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", Socket(data))
	}
	conn, err := dial(ctx, "", "")
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EINVAL) {
		return nil, ErrNobody
	}
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("%s may only be used by the user that Ponte runs as (or root)", Socket(data))
	}
	if err != nil {
		return nil, err
	}
	if err := conn.Close(); err != nil {
		return nil, err
	}
	return &Client{data, &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, nil
}

// ask returns the body of a good answer.
func (c *Client) ask(ctx context.Context, method, what string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://ponte"+what, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the Ponte on %s does not answer: %w", c.data, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	var f fault
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&f); err != nil || f.Error == "" {
		return nil, fmt.Errorf("the Ponte on %s answered %s", c.data, resp.Status)
	}
	return nil, errors.New(f.Error)
}

func (c *Client) into(ctx context.Context, method, what string, to any) error {
	resp, err := c.ask(ctx, method, what)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(to)
}

// Status fills in how the running Ponte is.
func (c *Client) Status(ctx context.Context, to any) error {
	return c.into(ctx, http.MethodGet, "/status", to)
}

// Trace fills in the story of what has the id.
func (c *Client) Trace(ctx context.Context, id string, to any) error {
	return c.into(ctx, http.MethodGet, "/trace?id="+url.QueryEscape(id), to)
}

// Pause lets nothing more go out.
func (c *Client) Pause(ctx context.Context) error {
	return c.into(ctx, http.MethodPost, "/pause", &done{})
}

// Resume lifts the pause, and reports whether there was one.
func (c *Client) Resume(ctx context.Context) (bool, error) {
	var d done
	err := c.into(ctx, http.MethodPost, "/resume", &d)
	return d.Changed, err
}

// Reload has the configuration file read again.
func (c *Client) Reload(ctx context.Context) error {
	return c.into(ctx, http.MethodPost, "/reload", &done{})
}

// Backup writes a copy of the store to w. The error says so when it is not whole.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	resp, err := c.ask(ctx, http.MethodPost, "/backup")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), resp.Body); err != nil {
		return fmt.Errorf("the backup did not arrive whole: %w", err)
	}
	if resp.Trailer.Get(sumTrailer) != sumOf(sum) {
		return errors.New("the backup did not arrive whole: its sum is not that of what was sent")
	}
	return nil
}
