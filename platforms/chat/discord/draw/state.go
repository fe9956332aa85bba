package draw

import (
	"slices"
	"strconv"
	"strings"

	"ponte/bot/card"
)

// alt is how what is said of a picture is named, before its hash.
const alt = "alt:"

// Read puts the texts of a window together, by field. It is all that is known of a
// form that was forgotten.
func Read(inputs map[string]string) map[string]string {
	parts := map[string][]string{}
	for id, value := range inputs {
		n, name, ok := strings.Cut(id, ".")
		i, err := strconv.Atoi(n)
		if !ok || err != nil || i < 0 || i >= maxPages*maxInputs {
			continue
		}
		for len(parts[name]) <= i {
			parts[name] = append(parts[name], "")
		}
		parts[name][i] = value
	}
	out := map[string]string{}
	for name, all := range parts {
		out[name] = strings.Join(all, "")
	}
	return out
}

// Typed returns the form with what was written in one of its windows.
func Typed(f card.Form, inputs map[string]string) card.Form {
	f.Fields = slices.Clone(f.Fields)
	for i, d := range f.Fields {
		if d.Kind == card.PicturesField {
			d.Pictures = slices.Clone(d.Pictures)
			for n, picture := range d.Pictures {
				if text, ok := inputs["0."+alt+picture.Hash]; ok {
					d.Pictures[n].Alt = card.Outside(text)
				}
			}
			f.Fields[i] = d
			continue
		}
		parts, touched := inParts(plain(d.Value)), false
		for n := range parts {
			if text, ok := inputs[strconv.Itoa(n)+"."+d.Name]; ok && typed(d) {
				parts[n], touched = text, true
			}
		}
		if touched {
			d.Value, d.Fault = strings.Join(parts, ""), card.Words{}
			f.Fields[i] = d
		}
	}
	return f
}

// Chosen returns the form with what was chosen in one of its menus. Writes reports
// that the choice wrote into a text, which the person may want to see at once.
func Chosen(f card.Form, a At, values []string) (out card.Form, writes bool) {
	f.Fields = slices.Clone(f.Fields)
	switch a.Part {
	case Checks:
		n := 0
		for i, d := range f.Fields {
			if d.Kind != card.CheckField {
				continue
			}
			if n/maxOptions == a.N {
				f.Fields[i].Value = ""
				if slices.Contains(values, "="+d.Name) {
					f.Fields[i].Value = "true"
				}
			}
			n++
		}
	case Keeps:
		if a.N >= 0 && a.N < len(f.Fields) {
			f.Fields[a.N].Pictures = slices.DeleteFunc(slices.Clone(f.Fields[a.N].Pictures), func(p card.Picture) bool {
				return p.Hash != "" && !slices.Contains(values, "="+p.Hash)
			})
		}
	case Chooses:
		return choice(f, a.N/100, values)
	}
	return f, false
}

func choice(f card.Form, field int, values []string) (card.Form, bool) {
	if field < 0 || field >= len(f.Fields) || f.Fields[field].Kind != card.ChoiceField {
		return f, false
	}
	d := &f.Fields[field]
	d.Value, d.Fault = "", card.Words{}
	for _, c := range d.Choices {
		if len(values) == 0 || c.Value != Option(values[0]) {
			continue
		}
		d.Value = c.Value
		for i := range f.Fields {
			if d.Fills != "" && f.Fields[i].Name == d.Fills {
				f.Fields[i].Value = c.Text
				return f, true
			}
		}
		return f, false
	}
	return f, false
}

// Values are what a form is filled in with, by field, as it is submitted; a box that
// is not checked is not there.
func Values(f card.Form) map[string]string {
	out := map[string]string{}
	for _, d := range f.Fields {
		switch d.Kind {
		case card.CheckField:
			if d.Value == "true" {
				out[d.Name] = d.Value
			}
		case card.PicturesField:
			var hashes []string
			for _, p := range d.Pictures {
				hashes = append(hashes, p.Hash)
				out[alt+p.Hash] = string(p.Alt)
			}
			if len(hashes) > 0 {
				out[d.Name] = strings.Join(hashes, " ")
			}
		default:
			out[d.Name] = d.Value
		}
	}
	return out
}
