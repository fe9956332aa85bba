package storage

import (
	"errors"
	"fmt"
	"time"
)

// A Lease says who does a job that only one may do. The fence grows each time
// the lease is acquired: a holder that was thought dead and comes back has an
// older fence, and its guarded transactions fail.
type Lease struct {
	Name    string    `json:"name"`
	Holder  string    `json:"holder"`
	Fence   int64     `json:"fence"`
	Expires time.Time `json:"expires"`
}

var leases = Define("leases", func(l *Lease) Key { return K(l.Name) })

// Acquire takes the named lease for ttl. It returns ErrConflict while somebody
// else holds it. A holder that acquires its own lease again, as after a
// restart, gets a new fence too; holders' names are unique.
func Acquire(tx *Tx, name, holder string, ttl time.Duration) (Lease, error) {
	l, err := leases.Get(tx, K(name))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Lease{}, err
	}
	if l.Holder != "" && l.Holder != holder && tx.Now().Before(l.Expires) {
		return Lease{}, fmt.Errorf("%w: lease %s is held by %s", ErrConflict, name, l.Holder)
	}
	l = Lease{Name: name, Holder: holder, Fence: l.Fence + 1, Expires: tx.Now().Add(ttl)}
	return l, leases.Put(tx, l)
}

// Renew keeps the lease for ttl from now. It returns ErrConflict when somebody
// has acquired it since.
func (l Lease) Renew(tx *Tx, ttl time.Duration) (Lease, error) {
	if err := l.Check(tx); err != nil {
		return Lease{}, err
	}
	l.Expires = tx.Now().Add(ttl)
	return l, leases.Put(tx, l)
}

// Release lets others acquire the lease at once. It does nothing when somebody
// has acquired it since.
func (l Lease) Release(tx *Tx) error {
	err := l.Check(tx)
	if errors.Is(err, ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	l.Holder, l.Expires = "", tx.Now()
	return leases.Put(tx, l)
}

// Check returns ErrConflict unless the lease is still the one that was
// acquired. Every transaction that the lease guards calls it.
func (l Lease) Check(tx *Tx) error {
	now, err := leases.Get(tx, K(l.Name))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if now.Fence != l.Fence || now.Holder != l.Holder {
		return fmt.Errorf("%w: lease %s has fence %d, not %d", ErrConflict, l.Name, now.Fence, l.Fence)
	}
	return nil
}
