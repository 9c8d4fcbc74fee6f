"""What the pages share: navigation, the session, tables, forms and words."""
