"""What a namespace may use: LimitRange for each object, ResourceQuota for all together."""
