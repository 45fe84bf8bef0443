UPDATE document SET head = ?2, revision = ?3, live = ?4 WHERE id = ?1
