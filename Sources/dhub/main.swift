print("dhub")
