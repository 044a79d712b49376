using Cloud.Flow.Door;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;
using Cloud.Trust.Content;

namespace Cloud.Sim;

/// <summary>What the door finds out about mail: each of its outcomes that keeps a message.</summary>
static class Judgements
{
    const string Field = "Authentication-Results: mx.sim.test;\r\n\tdmarc=fail header.from=sim.test\r\n";

    /// <returns>Null for mail that nobody judges.</returns>
    public static Evidence? Draw(SeededEntropy dice)
    {
        var outcome = dice.Below(6) switch
        {
            0 => DoorOutcome.Junk,
            1 => DoorOutcome.Quarantine,
            2 or 3 => DoorOutcome.Accept,
            _ => (DoorOutcome?)null,
        };
        if (outcome is null)
            return null;
        ContentHit[] hits = [new("SIMULATED", dice.Below(10), "dice say so")];
        string[] steps = [.. Enumerable.Range(0, dice.Below(100)).Select(step => $"step {step} of what was looked up")];
        return new(outcome.Value, "", "", Field, hits, steps)
        {
            IsByScore = outcome == DoorOutcome.Accept,
            IsAuthenticated = dice.Below(2) == 0,
            Quarantine = dice.Below(2) == 0 ? TestBackend.Bob : null,
        };
    }

    /// <summary>What was found out stands before the message, where it was found, and the message was as it was sent.</summary>
    public static void Check(Attempt attempt, Email email)
    {
        var fields = System.Text.Encoding.ASCII.GetString(email.DeliveryFields.Span);
        if (attempt.Evidence is not { } evidence)
        {
            Assert.DoesNotContain("X-Spam-", fields); // ours: nobody has judged it
            return;
        }
        Assert.StartsWith(Field, fields);
        Assert.Contains("X-Spam-Status: ", fields);
        Assert.Equal(IsQuarantined(evidence), fields.Contains("X-Envelope-To: ", StringComparison.Ordinal));
        if (evidence is { IsByScore: false, Outcome: DoorOutcome.Junk })
            Assert.Contains("X-Spam-Flag: YES\r\n", fields);
    }

    static bool IsQuarantined(Evidence evidence) =>
        evidence is { Outcome: DoorOutcome.Quarantine, Quarantine: not null };
}
