namespace Cloud.Store.Threading;

/// <summary>A message while its conversation is put together; without one, a dummy: it is only referred to.</summary>
/// <param name="order">In which it came up: settles what nothing else does.</param>
sealed class Branch(int order)
{
    public int Order => order;

    public ThreadedMessage? Message { get; set; }

    public Branch? Parent { get; private set; }

    public List<Branch> Children { get; } = [];

    public bool IsDummy => Message is null;

    public void Attach(Branch child)
    {
        child.Parent = this;
        Children.Add(child);
    }

    public void Detach()
    {
        Parent?.Children.Remove(this);
        Parent = null;
    }

    /// <summary>Whether this is <paramref name="other"/>, or below it.</summary>
    public bool IsWithin(Branch other)
    {
        for (var at = this; at is not null; at = at.Parent)
        {
            if (at == other)
                return true;
        }
        return false;
    }
}
