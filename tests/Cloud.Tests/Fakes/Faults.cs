using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Stands between a process and its store, and may let an operation fail, before or after it was done.</summary>
public interface IFaults
{
    ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work);
}

/// <summary>Decides which storage operations fail, the same ones again for the same seed.</summary>
public sealed class Faults : IFaults
{
    readonly SeededEntropy? entropy;
    readonly Lock guard = new();
    string failing = "";
    int passing;

    Faults(SeededEntropy? entropy) => this.entropy = entropy;

    /// <summary>None by chance; a test says what fails.</summary>
    public Faults()
        : this(null) { }

    /// <summary>One in so many operations fails while <see cref="IsOn"/>.</summary>
    public int OneIn { get; private init; }

    public bool IsOn { get; set; } = true;

    /// <summary>Whether the failing operations are done before they fail.</summary>
    public bool AfterDoing { get; set; }

    public static Faults Seeded(ulong seed, int oneIn) => new(new SeededEntropy(seed)) { OneIn = oneIn };

    /// <summary>From now on, operations whose name starts so fail, after so many that pass.</summary>
    public void Fail(string operation, int after = 0)
    {
        lock (guard)
            (failing, passing) = (operation, after);
    }

    public void Heal() => Fail("");

    public async ValueTask<T> RunAsync<T>(string operation, Func<ValueTask<T>> work)
    {
        var (fails, after) = Draw(operation);
        if (fails && !after)
            throw new StoreException($"Injected: {operation} was not done");
        var result = await work();
        if (fails)
            throw new StoreException($"Injected: {operation} was done");
        return result;
    }

    (bool Fails, bool After) Draw(string operation)
    {
        lock (guard)
        {
            if (!IsOn)
                return (false, false);
            if (failing.Length > 0 && failing.Split('|').Any(f => operation.StartsWith(f, StringComparison.Ordinal)))
                return (--passing < 0, AfterDoing);
            return entropy is null ? (false, false) : (entropy.Below(OneIn) == 0, entropy.Below(2) == 0);
        }
    }
}
