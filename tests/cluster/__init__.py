"""The shop on a real Kubernetes: see docs/proofs.md."""
