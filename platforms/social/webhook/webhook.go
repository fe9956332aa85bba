// Package webhook is the road for input from anything: items come in as signed
// requests by the Standard Webhooks specification, and what the brand answers
// or posts goes out the same way to an address of the account. It knows what a request
// and a signature are, and nothing of conversations, of team chat, or of what
// becomes of an item once it was handed over.
//
// In: POST /webhook/{account} with the headers webhook-id, webhook-timestamp
// and webhook-signature, and a body of one JSON object, an array of up to 1,000,
// or one object a line. It is answered 200 once every good item is durable:
//
//	{"accepted": 2, "duplicate": 0, "errors": [{"index": 1, "field": "text", "message": "is missing"}]}
//
// A batch with errors may be mended and sent again under the same webhook-id.
//
// Out: POST to the account's address, signed, with the same webhook-id in every
// attempt at the same act:
//
//	{"type": "reply.created", "timestamp": "2026-01-02T15:04:05Z", "data": {"id": …, "account": …,
//	 "in_reply_to": …, "post": …, "text": …, "author": …, "private": true}}
//
// post.created has "text" and "pictures", each with "url", "type" and "alt".
// reply.changed and reply.removed name the earlier reply in "ref": the "id" that
// the receiver answered with, or else the webhook-id it came under. Without
// "private" it is public.
package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

const name = "webhook"

// Options is what a Webhook is built with. Accounts is asked at every request,
// so that a changed configuration counts at once.
type Options struct {
	Accounts func() []Account
	Loopback bool // the server listens on loopback only, which unsigned accounts need
	Now      func() time.Time
	Log      *slog.Logger
}

// Account is one source of items, and where answers to them go.
type Account struct {
	ID           bot.AccountID // "webhook:" and the name in its address
	Unsigned     bool          // takes requests without a signature, from this machine only
	Secrets      []string      // "whsec_…"; any of them verifies, so that they can be changed in turn
	Out          string        // http or https address that gets the brand's answers and posts; empty: it cannot be answered
	OutSecret    string        // signs what goes out
	AllowPrivate bool          // Out may lie on this machine or in a private network
	MaxText      int           // code points of an answer or a post; 0: no limit
	Network      string        // as people call the source
}

// Webhook is the adapter. Its methods may be called at the same time.
type Webhook struct {
	store   storage.Store
	opt     Options
	guarded *http.Client
	open    *http.Client
	places  chan struct{} // taken by those whose bodies may be large

	mu      sync.RWMutex
	handler act.Handler
	off     map[bot.AccountID]string // the address that answered 410, as a hash
}

var (
	_ act.Adapter  = (*Webhook)(nil)
	_ act.Listener = (*Webhook)(nil)
)

// A taken record remembers a request that was taken in whole.
type taken struct {
	Account bot.AccountID `json:"account"`
	ID      string        `json:"id"`
	Items   int           `json:"items"`
	Sum     []byte        `json:"sum,omitempty"` // SHA-256 of its body
	At      time.Time     `json:"at"`
}

// An off record says that an account's address told us never to come back.
type off struct {
	Account bot.AccountID `json:"account"`
	Address string        `json:"address"` // a hash: addresses may carry secrets
	At      time.Time     `json:"at"`
}

var (
	requests = storage.Define("webhook_requests", func(t *taken) storage.Key { return storage.K(t.Account, t.ID) })
	byAge    = requests.Index("age.1", func(t *taken) storage.Key { return storage.K(t.At) })
	offs     = storage.Define("webhook_off", func(o *off) storage.Key { return storage.K(o.Account) })
)

// Collections lists what the store must be opened with.
func Collections() []storage.Definition { return []storage.Definition{requests, offs} }

// New makes the adapter over a store that was opened with Collections.
func New(store storage.Store, opt Options) *Webhook {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	w := &Webhook{store: store, opt: opt, guarded: newClient(true), open: newClient(false), places: make(chan struct{}, large), off: map[bot.AccountID]string{}}
	if err := w.recall(); err != nil {
		opt.Log.Error("which addresses are off could not be read; they will say so again", "err", err)
	}
	return w
}

// Name returns the platform's name.
func (*Webhook) Name() string { return name }

// schedule is how long the specification waits before each further attempt.
var schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Traits says what the account at the place can do. An account without an
// address and a secret to sign with, or whose address answered 410, can do nothing.
func (w *Webhook) Traits(at act.Place) act.Traits {
	a, ok := w.account(bot.AccountID(at.Space))
	if !ok {
		return act.Traits{Network: name, Count: act.Runes}
	}
	network := a.Network
	if network == "" {
		network = name
	}
	can := a.Out != "" && CheckSecret(a.OutSecret) == nil && !w.isOff(a)
	return act.Traits{
		Network: network, Honours: 24 * time.Hour, MaxText: a.MaxText, Count: act.Runes,
		CanReply: can, CanPost: can, MaxPost: a.MaxText, Pictures: 10, Taken: takes, CanChange: can, CanRemove: can, Schedule: schedule,
	}
}

// takes is what a receiver is offered of one picture: whatever browsers show.
var takes = act.PictureLimits{Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"}, Bytes: 20 << 20, Pixels: 50_000_000}

// Listen takes requests in until ctx ends. While nobody listens they are
// answered 503, and the sender keeps what it has.
func (w *Webhook) Listen(ctx context.Context, h act.Handler) error {
	if !w.listening(h) {
		return errors.New("webhook: somebody listens already")
	}
	<-ctx.Done()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler = nil
	return nil
}

func (w *Webhook) listening(h act.Handler) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.handler != nil {
		return false
	}
	w.handler = h
	return true
}

func (w *Webhook) hears() act.Handler {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.handler
}

func (w *Webhook) account(id bot.AccountID) (Account, bool) {
	for _, a := range w.opt.Accounts() {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}

// isOff tells whether the account's address answered 410. A changed address
// starts anew. It reads memory only: it is asked within transactions of the store.
func (w *Webhook) isOff(a Account) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.off[a.ID] == hashed(a.Out)
}

// recall reads from the store which addresses are off.
func (w *Webhook) recall() error {
	return w.store.View(context.Background(), func(tx *storage.Tx) error {
		for o, err := range offs.Under(tx, nil) {
			if err != nil {
				return err
			}
			w.off[o.Account] = o.Address
		}
		return nil
	})
}

func (w *Webhook) turnOff(ctx context.Context, a Account) error {
	o := off{Account: a.ID, Address: hashed(a.Out), At: w.opt.Now().UTC()}
	err := w.store.Update(ctx, func(tx *storage.Tx) error { return offs.Put(tx, o) })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off[o.Account] = o.Address
	return err
}

func hashed(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:])
}
