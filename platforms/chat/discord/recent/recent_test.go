package recent

import "testing"

func TestTheOldestIsForgotten(t *testing.T) {
	f := New[int](2)
	f.Put("a", 1)
	f.Put("b", 2)
	f.Put("a", 3)
	f.Put("c", 4)
	if _, ok := f.Get("a"); ok {
		t.Error("the oldest is still there")
	}
	if v, ok := f.Get("b"); !ok || v != 2 {
		t.Errorf("b is %d, %v", v, ok)
	}
	f.Drop("b")
	f.Drop("none")
	f.Put("d", 5)
	f.Put("b", 6)
	if _, ok := f.Get("c"); ok {
		t.Error("what was dropped and put again counts as old")
	}
	if v, ok := f.Get("b"); !ok || v != 6 {
		t.Errorf("b is %d, %v", v, ok)
	}
}
