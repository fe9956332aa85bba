package fetch_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ponte/platforms/chat/discord/fetch"
)

func TestBytes(t *testing.T) {
	discord := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusNotFound)
		case "/big":
			_, _ = w.Write(bytes.Repeat([]byte("x"), 20<<20+1))
		default:
			if r.Header.Get("Authorization") != "" {
				t.Error("it is asked with a token")
			}
			_, _ = w.Write([]byte("picture"))
		}
	}))
	defer discord.Close()
	for name, c := range map[string]struct {
		address string
		size    int64
		want    string
	}{
		"a file":            {discord.URL + "/a?key=secret", 7, "picture"},
		"gone":              {discord.URL + "/gone?key=secret", 7, ""},
		"said to be big":    {discord.URL + "/a", 20<<20 + 1, ""},
		"big":               {discord.URL + "/big", 7, ""},
		"elsewhere":         {"http://127.0.0.1:1/a?key=secret", 7, ""},
		"not encrypted":     {"http://cdn.discordapp.com/a", 7, ""},
		"like Discord's":    {"https://cdn.discordapp.com.evil.example/a", 7, ""},
		"somebody's":        {strings.Replace(discord.URL, "://", "://user:pass@", 1), 7, ""},
		"a file of ours":    {"file:///etc/passwd", 7, ""},
		"what is no adress": {"%zz", 7, ""},
	} {
		got, err := fetch.Bytes(t.Context(), discord.Client(), discord.URL+"/api/v10", c.address, c.size)
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error has the address: %v", name, err)
		}
	}
	if _, err := fetch.Bytes(t.Context(), discord.Client(), "", discord.URL, 7); err == nil {
		t.Error("without an interface of its own any host is Discord's")
	}
}
