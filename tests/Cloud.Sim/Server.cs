using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Sim;

/// <summary>The process is gone: the peer hears nothing more, and does not know what was done.</summary>
sealed class ConnectionLostException() : Exception("The connection was lost");

/// <summary>One process on the store. Each of its requests to the store goes and comes in its own time, or fails.</summary>
sealed class Server : IFaults
{
    readonly World world;
    readonly TaskCompletionSource death = new();
    readonly OwnClock clock;

    public Server(World owner, string name, ulong seed)
    {
        (world, Name, clock) = (owner, name, new(owner.Clock));
        Backend = new(
            new FaultyRows(world.Rows, this),
            new FaultyBlobs(world.Blobs, this),
            new FaultyQueues(world.Queues, this),
            clock,
            new SeededEntropy(seed),
            new() { SoleOwner = world.IsSoleOwner }
        );
        Gateway = new LocalGateway(Backend);
    }

    public string Name { get; }

    public Backend Backend { get; }

    public IGateway Gateway { get; }

    public bool IsDead => death.Task.IsCompleted;

    public void Kill()
    {
        world.Trace.Add(Name, "is killed");
        world.Scheduler.Abandon(this, mayArriveLater: !world.IsSoleOwner);
        clock.Stop();
        death.SetResult();
    }

    /// <summary>Has the process do something for a peer.</summary>
    /// <exception cref="ConnectionLostException">It was killed before it answered.</exception>
    public async Task<T> AskAsync<T>(Func<IGateway, Task<T>> work)
    {
        if (IsDead)
            throw new ConnectionLostException();
        var answer = work(Gateway);
        await Task.WhenAny(answer, death.Task);
        return answer.IsCompleted ? await answer : throw new ConnectionLostException();
    }

    public async ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work)
    {
        var fault = world.Faults.Draw(operation);
        if (fault is Fault.After or Fault.Late && Attempt.Current is { } attempt)
            attempt.IsUncertain = true;
        if (fault != Fault.None)
            world.Trace.Add(Name, $"{operation}: {fault}");

        await world.Scheduler.WaitAsync(this, Request);
        if (fault == Fault.Full)
            throw new StoreFullException($"Injected: no room to {operation}");
        if (fault == Fault.Late)
            world.Scheduler.ArriveLater(Request, world.Dice.Below(200));
        if (fault is Fault.Before or Fault.Late)
            throw new StoreException($"Injected: {operation} was not done");

        var result = await work();
        await world.Scheduler.WaitAsync(this, patience: fault == Fault.Slow ? world.Dice.Below(200) : 0);
        if (fault == Fault.After)
            throw new StoreException($"Injected: {operation} was done");
        return result;

        async Task Request() => await work();
    }

    /// <summary>The world's time; the timers end with the process.</summary>
    sealed class OwnClock(TimeProvider world) : TimeProvider
    {
        readonly List<ITimer> timers = [];

        public override long TimestampFrequency => world.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => world.GetUtcNow();

        public override long GetTimestamp() => world.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timers.Add(world.CreateTimer(callback, state, dueTime, period));
            return timers[^1];
        }

        public void Stop()
        {
            foreach (var timer in timers)
                timer.Dispose();
        }
    }
}
