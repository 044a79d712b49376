namespace Cloud.Store.Accounts;

/// <summary>What one process holds of an account: the lock that keeps its own changes from colliding, and the state.</summary>
sealed class AccountSlot(AccountId account)
{
    readonly Lock publishing = new();
    volatile AccountState? state;
    long epoch;

    public AccountId Account { get; } = account;

    /// <summary>Taken for every change, so that only other processes can cause conflicts.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Uses at the moment; guarded by <see cref="AccountSlots"/>.</summary>
    public int Users { get; set; }

    public AccountState? State => state;

    /// <summary>Moves with every change made or in doubt. Take it before reading, give it to <see cref="Publish"/>.</summary>
    public long Epoch => Interlocked.Read(ref epoch);

    /// <summary>Keeps what was read, unless a change came between: then it may be old already.</summary>
    public void Publish(AccountState? read, long epochBefore)
    {
        lock (publishing)
        {
            if (epochBefore == epoch)
                state = read;
        }
    }

    /// <summary>Keeps the state after a change; null when what is stored is not known.</summary>
    public void Advance(AccountState? next)
    {
        lock (publishing)
        {
            epoch++;
            state = next;
        }
    }
}
