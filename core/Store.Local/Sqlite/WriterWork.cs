using Cloud.Store.Ports;

namespace Cloud.Store.Local.Sqlite;

/// <summary>What the writer does for one caller, inside the transaction of its group.</summary>
abstract class WriterWork
{
    /// <summary>Sees what earlier work of the group wrote. To refuse, it writes nothing.</summary>
    public abstract void Run(WriterDatabase database);

    /// <summary>The group is durable.</summary>
    public abstract void Succeed();

    public abstract void Fail(StoreException fault);
}

abstract class WriterWork<T> : WriterWork
{
    // Continuations must not run on the writing thread.
    readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T? result;

    public Task<T> Answer => done.Task;

    public sealed override void Run(WriterDatabase database) => result = Decide(database);

    public sealed override void Succeed() => done.SetResult(result!);

    public sealed override void Fail(StoreException fault) => done.SetException(fault);

    protected abstract T Decide(WriterDatabase database);
}
