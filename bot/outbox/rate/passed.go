package rate

// patience is how many turns a class lets a better one go before it.
const patience = 4

// Turn is how a class fares in one turn of a rate.
type Turn struct {
	Class string
	Went  bool // something of it goes
	Waits bool // something more of it could go
}

// Passed counts, by class, the turns in which it waited and a better one went. The
// empty one is nil; one that stands somewhere is not changed.
type Passed map[string]int

// Over returns the place of the class that goes before the best one, because it was
// passed over for longest; ok is false when none was for too long.
func (p Passed) Over(turns []Turn) (place int, ok bool) {
	most := patience
	for i, t := range turns {
		if n := p[t.Class]; n >= most {
			place, ok, most = i, true, n+1
		}
	}
	return place, ok
}

// After is what it comes to after a turn. The best class stands first.
func (p Passed) After(turns []Turn) Passed {
	after, better := Passed{}, false
	for _, t := range turns {
		if t.Waits && !t.Went {
			after[t.Class] = p[t.Class]
			if better {
				after[t.Class]++
			}
		}
		better = better || t.Went
	}
	return after
}
