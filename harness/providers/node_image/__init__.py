"""The kind node image where no registry answers: built once from pinned Go modules and Debian packages."""
