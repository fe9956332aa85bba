package webhook

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	tolerance = 5 * time.Minute
	maxID     = 255 // bytes of an id, ours or theirs

	// By the specification a secret is 24 to 64 random bytes.
	minSecret = 24
	maxSecret = 64
)

var errUnauthorized = errors.New("webhook: the signature or its time is not right")

// CheckSecret tells whether a secret can sign: "whsec_" and 24 to 64 bytes in
// base64. The error never contains the secret.
func CheckSecret(secret string) error {
	text, marked := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	switch {
	case !marked:
		return errors.New("a secret begins with whsec_")
	case err != nil:
		return errors.New("what follows whsec_ is not base64")
	case len(key) < minSecret || len(key) > maxSecret:
		return errors.New("a secret has 24 to 64 bytes, written in base64")
	}
	return nil
}

// fresh checks what can be known of a signed request before its body is read:
// that it is signed at all, and when.
func fresh(h http.Header, now time.Time) error {
	id := h.Get(standardwebhooks.HeaderWebhookID)
	seconds, err := strconv.ParseInt(h.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 64)
	if err != nil || id == "" || len(id) > maxID || h.Get(standardwebhooks.HeaderWebhookSignature) == "" {
		return errUnauthorized
	}
	if at := time.Unix(seconds, 0); at.Before(now.Add(-tolerance)) || at.After(now.Add(tolerance)) {
		return errUnauthorized
	}
	return nil
}

// signed checks the request's headers and its raw body against every secret, in
// constant time for each. The library's own clock is left aside, since it cannot be set.
func signed(body []byte, h http.Header, secrets []string, now time.Time) error {
	if err := fresh(h, now); err != nil {
		return err
	}
	for _, secret := range secrets {
		if CheckSecret(secret) != nil {
			continue
		}
		s, err := standardwebhooks.NewWebhook(secret)
		if err == nil && s.VerifyIgnoringTimestamp(body, h) == nil {
			return nil
		}
	}
	return errUnauthorized
}

// sign adds the specification's three headers for a body.
func sign(h http.Header, secret, id string, now time.Time, body []byte) error {
	if err := CheckSecret(secret); err != nil {
		return err
	}
	s, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return errors.New("the secret cannot sign")
	}
	signature, err := s.Sign(id, now, body)
	if err != nil {
		return err
	}
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}
