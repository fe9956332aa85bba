package direct_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/platforms/chat/discord/direct"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/web"
)

// discord notes what is written; to some it says that they take nothing.
type discord struct {
	closed bool
	sent   []string
	nonces []string
}

func (d *discord) Do(_ context.Context, method, path string, in, out any) error {
	raw, _ := json.Marshal(in)
	var body struct {
		Content, Nonce string
		Enforce        bool `json:"enforce_nonce"`
	}
	_ = json.Unmarshal(raw, &body)
	d.sent = append(d.sent, fmt.Sprintf("%s %s %s", method, path, body.Content))
	if out != nil {
		return json.Unmarshal([]byte(`{"id":"55"}`), out)
	}
	if len(body.Nonce) == 0 || len(body.Nonce) > 25 || !body.Enforce {
		return fmt.Errorf("it is sent with %q", body.Nonce)
	}
	d.nonces = append(d.nonces, body.Nonce)
	if d.closed && path == "/channels/55/messages" {
		return &web.Fault{Status: 403, Code: 50007}
	}
	return nil
}

func TestWhisper(t *testing.T) {
	for closed, want := range map[bool][]string{
		false: {"POST /users/@me/channels ", "POST /channels/55/messages for you"},
		true:  {"POST /users/@me/channels ", "POST /channels/55/messages for you", "POST /channels/7/messages instead"},
	} {
		d := &discord{closed: closed}
		for range 2 {
			if err := direct.Whisper(t.Context(), d, "9", "key", draw.Message{Content: "for you"}, "7", draw.Message{Content: "instead"}); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(append(want, want...), d.sent); diff != "" {
			t.Error(diff)
		}
		if n := len(d.nonces) / 2; !cmp.Equal(d.nonces[:n], d.nonces[n:]) {
			t.Errorf("one key has the nonces %q", d.nonces)
		}
	}
}
