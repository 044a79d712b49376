using System.Text;

namespace Cloud.Tests.Mail;

public sealed class HostileInputTests
{
    /// <summary>Tables and buffers that do not grow with the input.</summary>
    const int Fixed = 96 * 1024;

    /// <summary>The first fills the pools of arrays, and a collection may empty them again.</summary>
    const int Runs = 5;

    public static TheoryData<string> Parsers => [.. HostileInputs.All.Select(input => input.Parser).Distinct()];

    /// <remarks>Time is not asserted: each of these inputs would take a quadratic parser minutes.</remarks>
    [Theory]
    [MemberData(nameof(Parsers))]
    public void A_mebibyte_is_read_in_four(string parser)
    {
        var faults = new StringBuilder();
        foreach (var input in HostileInputs.All.Where(input => input.Parser == parser))
        {
            var octets = input.Octets();
            var most = (long)HostileInputs.Input.MaxRatio * octets.Length + Fixed;
            var allocated = long.MaxValue;
            for (var run = 0; run < Runs && allocated > most; run++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                input.Read(octets);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            if (allocated > most)
                faults.AppendLine($"{input}: {allocated} octets allocated");
        }

        Assert.True(faults.Length == 0, faults.ToString());
    }
}
