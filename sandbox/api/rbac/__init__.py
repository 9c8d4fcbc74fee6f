"""Role-based access control: rules, who has them, and the questions that clients ask about them.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""
