package emoji

import "testing"

func TestSign(t *testing.T) {
	for name, want := range map[string]string{
		"white_check_mark": "✅", "x": "❌", "+1::skin-tone-4": "👍", "thumbsup": "👍", "pushpin": "📌", "acme_ok": ":acme_ok:", "": "::",
	} {
		if got := Sign(name); got != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
	if Bare(Sign("heavy_check_mark")) != "✔" || Bare("✔") != "✔" {
		t.Error("the coloured and the plain form differ")
	}
}
