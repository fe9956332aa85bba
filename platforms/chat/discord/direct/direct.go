// Package direct writes single messages that are no cards of the outbox: what one
// person is told where Discord takes no answer to what they did. It knows Discord's
// direct messages, and nothing of what is said.
package direct

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/web"
)

const patience = 10 * time.Second

// closed is Discord's code of somebody who takes no direct messages.
const closed = 50007

// Discord is who is written through.
type Discord interface {
	Do(ctx context.Context, method, path string, in, out any) error
}

// Send writes a message in a channel, once for a key for as long as Discord remembers it.
func Send(ctx context.Context, d Discord, channel, key string, m draw.Message) error {
	sum := sha256.Sum256([]byte(key))
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.Do(ctx, http.MethodPost, "/channels/"+channel+"/messages", struct {
		draw.Message
		Nonce   string `json:"nonce"`
		Enforce bool   `json:"enforce_nonce"`
	}{m, base64.RawURLEncoding.EncodeToString(sum[:])[:25], true}, nil)
}

// Whisper writes a message to one person. Where they take none, they are told so in
// the channel, by another.
func Whisper(ctx context.Context, d Discord, user, key string, m draw.Message, channel string, instead draw.Message) error {
	var to struct {
		ID string `json:"id"`
	}
	err := d.Do(ctx, http.MethodPost, "/users/@me/channels", map[string]string{"recipient_id": user}, &to)
	if err == nil {
		err = Send(ctx, d, to.ID, "direct/"+key, m)
	}
	if web.Code(err) == closed {
		err = Send(ctx, d, channel, "instead/"+key, instead)
	}
	return err
}
