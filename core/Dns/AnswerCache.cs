using System.Diagnostics.CodeAnalysis;
using Cloud.Dns.Messages;

namespace Cloud.Dns;

/// <summary>Answers while they are good; of too many, those go that were not asked for the longest.</summary>
/// <remarks>To find one allocates nothing. Safe for callers at the same time.</remarks>
/// <param name="maxEntries">Answers.</param>
/// <param name="maxOctets">Octets of all answers, as <see cref="AnswerWeight"/> estimates them.</param>
/// <param name="time">Its timestamps, which no change of the clock moves, tell when an answer is over.</param>
sealed class AnswerCache(int maxEntries, long maxOctets, TimeProvider time)
{
    readonly Lock guard = new();
    readonly Dictionary<Question, LinkedListNode<Entry>> entries = [];

    /// <summary>The one asked last is the first.</summary>
    readonly LinkedList<Entry> byUse = [];

    long octets;

    public int Count
    {
        get
        {
            lock (guard)
                return entries.Count;
        }
    }

    public bool TryGet(Question question, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        answer = null;
        lock (guard)
        {
            if (!entries.TryGetValue(question, out var node))
                return false;
            if (time.GetElapsedTime(node.Value.Since) >= node.Value.Answer.TimeToLive)
            {
                Remove(node);
                return false;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            answer = node.Value.Answer;
            return true;
        }
    }

    /// <summary>Keeps an answer for its time to live, which begins now.</summary>
    public void Add(Question question, DnsAnswer answer)
    {
        var weight = AnswerWeight.Of(answer);
        if (answer.TimeToLive <= TimeSpan.Zero || weight > maxOctets || maxEntries == 0)
            return;
        lock (guard)
        {
            if (entries.TryGetValue(question, out var old))
                Remove(old);
            while (entries.Count >= maxEntries || octets + weight > maxOctets)
                Remove(byUse.Last!);
            octets += weight;
            entries[question] = byUse.AddFirst(new Entry(question, answer, weight, time.GetTimestamp()));
        }
    }

    void Remove(LinkedListNode<Entry> node)
    {
        byUse.Remove(node);
        entries.Remove(node.Value.Question);
        octets -= node.Value.Weight;
    }

    sealed record Entry(Question Question, DnsAnswer Answer, int Weight, long Since);
}
