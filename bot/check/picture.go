package check

import (
	"slices"
	"strconv"
	"strings"

	"ponte/bot"
)

// descriptions finds the pictures that say nothing to who cannot see them.
func descriptions(in *Input) []bot.Finding {
	var found []bot.Finding
	for i, p := range in.Content.Pictures {
		if strings.ContainsFunc(p.Alt, visible) {
			continue
		}
		f := warns("alt", "Picture", number(i+1))
		f.Field, f.Stops = "pictures", in.NeedsAlt
		found = append(found, f)
	}
	return found
}

// pictures finds the pictures that the account does not take.
func pictures(in *Input, a Account) []bot.Finding {
	var found []bot.Finding
	l, all := a.Limits, in.Content.Pictures
	if len(all) > l.Pictures {
		if l.Pictures == 0 {
			found = append(found, stops("no_pictures"))
		} else {
			found = append(found, stops("too_many_pictures", "Count", number(len(all)), "Max", number(l.Pictures)))
		}
	}
	for i, p := range all[:min(len(all), l.Pictures)] {
		n := number(i + 1)
		if len(l.PictureTypes) > 0 && !slices.Contains(l.PictureTypes, p.Type) {
			found = append(found, stops("picture_type", "Picture", n, "Type", typeName(p.Type), "Types", typeNames(l.PictureTypes)))
		}
		if l.PictureBytes > 0 && p.Size > l.PictureBytes {
			found = append(found, stops("picture_bytes", "Picture", n, "Size", megabytes(p.Size, 1), "Max", megabytes(l.PictureBytes, 0)))
		}
		if l.PicturePixels > 0 && p.Height > 0 && p.Width > l.PicturePixels/p.Height {
			found = append(found, stops("picture_pixels", "Picture", n, "Width", number(p.Width), "Height", number(p.Height), "Max", number(l.PicturePixels)))
		}
	}
	for i := range found {
		found[i].Field = "pictures"
	}
	return found
}

// typeName is what people call a type: "JPEG" for "image/jpeg".
func typeName(t string) string {
	return strings.ToUpper(quote(strings.TrimPrefix(t, "image/")))
}

func typeNames(types []string) string {
	var all []string
	for _, t := range types {
		all = append(all, typeName(t))
	}
	return strings.Join(all, ", ")
}

// megabytes writes a size in millions of bytes with two places, the last rounded
// up or down, so that one over a limit never reads as the limit.
func megabytes(n, up int64) string {
	const place = 10_000
	n = (n + up*(place-1)) / place
	s := strconv.FormatInt(n/100, 10)
	if n%100 > 0 {
		s += "." + strings.TrimSuffix(strconv.FormatInt(100+n%100, 10)[1:], "0")
	}
	return s + " MB"
}
