"""How the models that ship with the product were trained; nothing here runs in the product."""
