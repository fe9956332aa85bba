// Package fetch has the bytes of files that people send in Discord. It asks only
// where Discord keeps them, never with the token, and takes no more than it may.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	most     = 20 << 20 // bytes
	patience = 30 * time.Second
)

var errFile = errors.New("discord: the file is too big, or is not Discord's")

// hosts are where Discord keeps files.
var hosts = map[string]bool{"cdn.discordapp.com": true, "media.discordapp.net": true}

// Bytes are those of a file, which is said to have so many. The address has to be one of
// Discord's, or on the host of the interface at apiURL, which stands in for it. No error
// has the address, which is a key.
func Bytes(ctx context.Context, client *http.Client, apiURL, address string, size int64) ([]byte, error) {
	if size > most || !kept(address, apiURL) {
		return nil, errFile
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errFile
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, errors.New("discord: the file did not come")
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("discord: the file was refused with %d", resp.StatusCode)
	case err != nil:
		return nil, errors.New("discord: the file broke off")
	case len(data) > most:
		return nil, errFile
	}
	return data, nil
}

// kept reports whether an address is where Discord keeps files.
func kept(address, apiURL string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	api, err := url.Parse(apiURL)
	return u.Scheme == "https" && hosts[u.Host] || err == nil && api.Host != "" && u.Scheme == api.Scheme && u.Host == api.Host
}
