package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"
)

// Answer shows a message to one person by the address that came with what they
// did. Only an address of Slack's, or of what stands in for it, is written to. The
// error never has the address, which is a key.
func Answer(ctx context.Context, client *http.Client, apiURL, address, text string, blocks []slack.Block) error {
	if !slacks(address, apiURL) {
		return errors.New("there is no address to answer to")
	}
	body, err := json.Marshal(map[string]any{
		"response_type": "ephemeral", "replace_original": false, "text": text, "blocks": blocks, "unfurl_links": false, "unfurl_media": false,
	})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address to answer to cannot be read")
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return errors.New("the answer did not reach Slack")
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection serves again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer was refused with %d", resp.StatusCode)
	}
	return nil
}

// slacks reports whether an address is one of Slack's, or on the API's own host.
func slacks(address, apiURL string) bool {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return false
	}
	api, err := url.Parse(apiURL)
	return err == nil && (u.Scheme == "https" && u.Host == "hooks.slack.com" || u.Scheme == api.Scheme && u.Host == api.Host)
}
