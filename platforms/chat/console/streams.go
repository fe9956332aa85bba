package console

import "slices"

// How many live streams are open at once, in all and for one person. A new one
// ends the oldest, whose page opens another when somebody looks at it again.
const (
	maxStreams = 512
	maxOfOne   = 16
)

// opened is a live stream and whose it is.
type opened struct {
	who    string
	enough chan struct{} // closed when it is to end
}

// join counts a new stream of somebody's. It is to end when enough is closed,
// and to call leave then.
func (c *Console) join(who string) (enough <-chan struct{}, leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &opened{who, make(chan struct{})}
	c.open = append(c.open, o)
	own := 0
	for _, other := range c.open {
		if other.who == who {
			own++
		}
	}
	oldest := -1
	if own > maxOfOne {
		oldest = slices.IndexFunc(c.open, func(o *opened) bool { return o.who == who })
	} else if len(c.open) > maxStreams {
		oldest = 0
	}
	if oldest >= 0 {
		close(c.open[oldest].enough)
		c.open = slices.Delete(c.open, oldest, oldest+1)
	}
	return o.enough, func() { c.part(o) }
}

func (c *Console) part(o *opened) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.open, o); i >= 0 {
		c.open = slices.Delete(c.open, i, i+1)
	}
}
