// Package ops tells how a Ponte is: to a person at the terminal, to what watches
// it, and to whoever asks where one thing is now. It reads and changes nothing.
package ops

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

// Status is how a Ponte is at one moment.
type Status struct {
	At       time.Time `json:"at"`
	Running  *Process  `json:"running,omitempty"` // nil: nobody serves the store
	Ready    bool      `json:"ready"`
	Store    Store     `json:"store"`
	Outbox   Outbox    `json:"outbox"`
	Adapters []Adapter `json:"adapters,omitempty"`
}

// Process is the process that serves.
type Process struct {
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Console string    `json:"console,omitempty"`
	Public  string    `json:"public,omitempty"`
}

// Store is the store's file. Sizes are in bytes.
type Store struct {
	Path  string `json:"path"`
	Size  int64  `json:"size"`
	Free  int64  `json:"free"` // of it, room that can be used again
	Full  bool   `json:"full"` // there was no room for what came last
	Fault string `json:"fault,omitempty"`
}

// Outbox is how the outbox stands.
type Outbox struct {
	Waiting int                  `json:"waiting"`
	Started int                  `json:"started"`
	Unknown int                  `json:"unknown"` // a person must settle them
	Failed  int                  `json:"failed"`
	Oldest  time.Time            `json:"oldest_due,omitzero"` // since when what should have gone first is due
	Parked  map[string]time.Time `json:"parked,omitempty"`    // held back by a platform, until when
	Paused  *records.Pause       `json:"paused,omitempty"`
}

// Adapter is one connection.
type Adapter struct {
	Name  string    `json:"name"`
	State string    `json:"state"`           // Connected, Retrying or Stopped
	Fault string    `json:"fault,omitempty"` // the kind of error, or what somebody has to mend
	Since time.Time `json:"since,omitzero"`
}

// The states of an adapter.
const (
	Connected = "connected"
	Retrying  = "retrying"
	Stopped   = "stopped" // until somebody mends what is refused
)

// Look reads how the store and the outbox are.
func Look(ctx context.Context, s *bolt.Store, out *outbox.Outbox) (st Status, err error) {
	stats := s.Stats()
	st.Store = Store{Path: s.Path(), Size: stats.Size, Free: stats.Free, Full: stats.Full}
	err = s.View(ctx, func(tx *storage.Tx) error {
		n, err := out.Stats(tx)
		if err != nil {
			return err
		}
		st.At = tx.Now()
		st.Outbox = Outbox{Waiting: n.Waiting, Started: n.Started, Unknown: n.Unknown, Failed: n.Failed, Oldest: n.Oldest, Parked: n.Parked}
		p, paused, err := records.Paused(tx)
		if paused {
			st.Outbox.Paused = &p
		}
		return err
	})
	if err != nil {
		st.Store.Fault = err.Error()
	}
	st.Ready = err == nil && !stats.Full
	return st, err
}

// Print writes the status for a person.
func (st Status) Print(w io.Writer) error {
	var b strings.Builder
	if p := st.Running; p != nil {
		fmt.Fprintf(&b, "running   process %d since %s\n", p.PID, stamp(p.Since))
		fmt.Fprintf(&b, "console   %s\npublic    %s\n", cmp.Or(p.Console, "none"), cmp.Or(p.Public, "none"))
	} else {
		b.WriteString("running   no; this is what the store holds\n")
	}
	fmt.Fprintf(&b, "store     %s: %.1f MB, %.1f MB of it free\n", st.Store.Path, mega(st.Store.Size), mega(st.Store.Free))
	if st.Store.Full {
		b.WriteString("          FULL: nothing new is taken in until there is room; see ponte compact\n")
	}
	o := st.Outbox
	fmt.Fprintf(&b, "outbox    %d waiting, %d under way, %d with unknown outcome, %d failed\n", o.Waiting, o.Started, o.Unknown, o.Failed)
	if !o.Oldest.IsZero() {
		fmt.Fprintf(&b, "          the first has been due for %s\n", st.At.Sub(o.Oldest).Round(time.Second))
	}
	if o.Paused != nil {
		fmt.Fprintf(&b, "          PAUSED since %s: %s; lift it with ponte resume\n", stamp(o.Paused.At), why(o.Paused.Why))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Parked)) {
		fmt.Fprintf(&b, "          %s is held back by its platform until %s\n", name, stamp(o.Parked[name]))
	}
	for _, a := range st.Adapters {
		fmt.Fprintf(&b, "adapter   %s: %s", a.Name, a.State)
		if a.State != Connected {
			fmt.Fprintf(&b, " since %s (%s)", stamp(a.Since), a.Fault)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func why(reason records.Why) string {
	if reason == records.Copied {
		return "the store is a copy, and the one it was made of may still answer people"
	}
	return "somebody wanted it"
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func mega(n int64) float64 { return float64(n) / (1 << 20) }
