using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Cloud.Clients;

/// <summary>The handler of the Functions app, which the host starts anew whenever it ends.</summary>
static partial class HandlerProcess
{
    /// <returns>Of the last that came up, by what `cloud serve` has printed; null when none did.</returns>
    public static int? Find(MailServer cloud) =>
        Handler().Matches(cloud.Output) is [.., var last]
            ? int.Parse(last.Groups["id"].Value, CultureInfo.InvariantCulture)
            : null;

    public static void Kill(int id)
    {
        using var handler = Process.GetProcessById(id);
        handler.Kill();
    }

    [GeneratedRegex(@"The handler answers at \S+ \(process (?<id>\d+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Handler();
}
