// Writes a database that Trivy reads: trivydb FILE BUCKET < rows.json, with rows of Package, Id and Fixed.
package main

import (
	"encoding/json"
	"log"
	"os"

	bolt "go.etcd.io/bbolt"
)

type row struct{ Package, Id, Fixed string }

func main() {
	var rows []row
	if err := json.NewDecoder(os.Stdin).Decode(&rows); err != nil {
		log.Fatal(err)
	}
	file, system := os.Args[1], []byte(os.Args[2])
	os.Remove(file)
	db, err := bolt.Open(file, 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		log.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		sources, err := tx.CreateBucketIfNotExists([]byte("data-source"))
		if err != nil {
			return err
		}
		if err := sources.Put(system, []byte(`{"ID":"made","Name":"made","URL":"http://127.0.0.1/"}`)); err != nil {
			return err
		}
		details, err := tx.CreateBucketIfNotExists([]byte("vulnerability"))
		if err != nil {
			return err
		}
		of, err := tx.CreateBucketIfNotExists(system)
		if err != nil {
			return err
		}
		for _, row := range rows {
			advisories, err := of.CreateBucketIfNotExists([]byte(row.Package))
			if err != nil {
				return err
			}
			fixed, err := json.Marshal(map[string]string{"FixedVersion": row.Fixed})
			if err != nil {
				return err
			}
			if err := advisories.Put([]byte(row.Id), fixed); err != nil {
				return err
			}
			if err := details.Put([]byte(row.Id), []byte(`{"Title":"made","Severity":"HIGH"}`)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Close(); err != nil {
		log.Fatal(err)
	}
}
