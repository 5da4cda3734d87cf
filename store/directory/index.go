package directory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"arr/query"
)

// format is the version of what the index holds. An index of another is made anew.
const format = 1

// What the index holds beside the values.
var (
	keyFormat   = []byte("format")
	keyPosition = []byte("position")
	keyOverlong = []byte("overlong")
)

// storedField holds a document's key. The words of its values stand in the field named
// after its kind.
const storedField = "key"

// config tunes bleve's index: a batch returns once it can be searched, and is written
// together with those of the next 200 ms, which makes fewer and smaller files.
// That loses nothing, since the position is part of what is written.
func config(readOnly bool) map[string]any {
	return map[string]any{
		"unsafe_batch":           true,
		"numSnapshotsToKeep":     1,
		"read_only":              readOnly,
		"bolt_timeout":           "5s",
		"scorchPersisterOptions": map[string]any{"PersisterNapTimeMSec": 200, "PersisterNapUnderNumFiles": 1000},
	}
}

var errFormat = errors.New("index has another format")

// ErrUnfinished says that an index was made and nothing was written into it yet: it holds
// no values, and no damage.
var ErrUnfinished = errors.New("index is new and empty")

// index is bleve's index with what this package keeps in it.
type index struct {
	bleve    bleve.Index
	position uint64
	overlong uint8
}

// openIndex opens an existing index.
func openIndex(dir string, readOnly bool) (*index, error) {
	b, err := bleve.OpenUsing(dir, config(readOnly))
	if err != nil {
		return nil, err
	}
	i := &index{bleve: b}
	if err := i.readState(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return i, nil
}

func (i *index) readState() error {
	var values [3][]byte
	for n, k := range [...][]byte{keyFormat, keyPosition, keyOverlong} {
		v, err := i.bleve.GetInternal(k)
		if err != nil {
			return err
		}
		values[n] = v
	}
	if values[0] == nil && values[1] == nil && values[2] == nil {
		return ErrUnfinished
	}
	if len(values[0]) != 1 || values[0][0] != format || len(values[1]) != 8 || len(values[2]) != 1 {
		return errFormat
	}
	i.position, i.overlong = binary.BigEndian.Uint64(values[1]), values[2][0]
	return nil
}

// createIndex makes an empty index, in place of whatever is there.
func createIndex(dir string) (*index, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	b, err := bleve.NewUsing(dir, bleve.NewIndexMapping(), scorch.Name, scorch.Name, config(false))
	if err != nil {
		return nil, err
	}
	return &index{bleve: b}, nil
}

// put adds keys that are not there yet and moves to position. If persisted is not nil,
// it is told the outcome once all that was put is durable.
func (i *index) put(keys []key, position uint64, overlong uint8, persisted func(error)) error {
	ids := make([]string, len(keys))
	for n, k := range keys {
		ids[n] = k.id()
	}
	known, err := i.known(ids)
	if err != nil {
		return fmt.Errorf("look for values: %w", err)
	}
	b := i.bleve.NewBatch()
	for n, k := range keys {
		if known[ids[n]] {
			continue
		}
		doc := document.NewDocument(ids[n])
		doc.AddField(document.NewTextFieldCustom(storedField, nil, k, bleveindex.StoreField, nil))
		doc.AddField(document.NewTextFieldCustom(Kind(k[0]).String(), nil, k, bleveindex.IndexField, words{}))
		if err := b.IndexAdvanced(doc); err != nil {
			return err
		}
	}
	b.SetInternal(keyFormat, []byte{format})
	b.SetInternal(keyPosition, binary.BigEndian.AppendUint64(nil, position))
	b.SetInternal(keyOverlong, []byte{overlong})
	if persisted != nil {
		b.SetPersistedCallback(persisted)
	}
	if err := i.bleve.Batch(b); err != nil {
		return fmt.Errorf("add values: %w", err)
	}
	i.position, i.overlong = position, overlong
	return nil
}

// known says which of the documents are in the index.
func (i *index) known(ids []string) (found map[string]bool, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	advanced, err := i.bleve.Advanced()
	if err != nil {
		return nil, err
	}
	r, err := advanced.Reader()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	docs, err := r.DocIDReaderOnly(ids)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, docs.Close()) }()
	found = map[string]bool{}
	for {
		internal, err := docs.Next()
		if err != nil || internal == nil {
			return found, err
		}
		id, err := r.ExternalID(internal)
		if err != nil {
			return nil, err
		}
		found[id] = true
	}
}

// closeTimeout is how long close waits until all that was put is durable. What is not
// is read again at the next start.
const closeTimeout = 10 * time.Second

// close makes everything durable and closes the index.
func (i *index) close(keys []key, position uint64, overlong uint8) error {
	persisted := make(chan error, 1)
	err := i.put(keys, position, overlong, func(err error) { persisted <- err })
	if err == nil {
		select {
		case err = <-persisted:
		case <-time.After(closeTimeout):
			err = fmt.Errorf("not durable after %v", closeTimeout)
		}
	}
	return errors.Join(err, i.bleve.Close())
}

// words is the analyzer of keys: the words of their values, each once.
type words struct{}

// Analyze implements analysis.Analyzer.
func (words) Analyze(k []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	key(k).eachText(func(text []byte) {
		query.Words(text, func(word []byte) {
			for _, t := range tokens {
				if string(t.Term) == string(word) {
					return
				}
			}
			tokens = append(tokens, &analysis.Token{Term: append([]byte(nil), word...), Position: len(tokens) + 1})
		})
	})
	return tokens
}
