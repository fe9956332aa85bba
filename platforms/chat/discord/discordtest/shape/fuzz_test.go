package shape

import (
	"encoding/json"
	"errors"
	"testing"
)

// FuzzBodies holds that whatever an app sends is taken or refused, and that a
// refusal can be written.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"content":"x","embeds":[{"title":"t","fields":[{"name":"n","value":"v"}],"footer":{"text":"f"},"author":{"name":"a"},"image":{"url":"https://a.example"}}]}`,
		`{"components":[{"type":1,"components":[{"type":2,"style":1,"label":"l","custom_id":"c"},{"type":3,"custom_id":"m","options":[{"label":"l","value":"v"}]}]}]}`,
		`{"title":"t","custom_id":"c","components":[{"type":18,"label":"l","component":{"type":4,"custom_id":"i","style":1}},{"type":1,"components":[1]}]}`,
		`{"allowed_mentions":{"parse":null,"users":["1",2]},"attachments":[{"id":0}],"nonce":1,"flags":32768}`,
		`[{"name":"n","description":"d","options":[{"type":2,"name":"g","description":"d","options":[{"type":1,"name":"s","description":"d"}]}]}]`,
		`{"message":{"content":"x"},"name":"n","applied_tags":[1]}`, `{"embeds":[1,null,"x"],"components":[[]]}`, `7`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return
		}
		o, _ := v.(Obj)
		list, _ := v.([]any)
		for _, err := range []error{Message(o), Modal(o, "data"), Thread(o, true), Post(o), Choices(o, ""), Commands(list)} {
			if err == nil {
				continue
			}
			refused, is := errors.AsType[*Refusal](err)
			if !is || refused.Status < 400 || refused.Error() == "" {
				t.Fatalf("%v", err)
			}
			if _, err := json.Marshal(refused.Body()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
