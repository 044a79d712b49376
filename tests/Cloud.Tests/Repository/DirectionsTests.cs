using System.Text.RegularExpressions;

namespace Cloud.Tests.Repository;

/// <summary>Who may use whom: listener, functions, cli → Api → Flow → Store, Trust, Wire → Mail, Dns; adapters see only the ports.</summary>
public sealed class DirectionsTests
{
    /// <summary>Room, its folder, and the rooms it may name. A room always may name itself.</summary>
    static readonly (string Room, string Folder, string[] May)[] Rooms =
    [
        ("Mail", "core/Mail", []),
        ("Wire", "core/Wire", ["Mail", "Dns", "Store.Ports"]), // Entropy lies with the ports, below everything.
        ("Dns", "core/Dns", ["Store.Ports"]),
        ("Trust", "core/Trust", ["Mail", "Dns", "Wire", "Store.Ports"]),
        ("Store.Ports", "core/Store/Ports", []),
        ("Store", "core/Store", ["Mail", "Store.Ports"]),
        ("Flow", "core/Flow", ["Mail", "Dns", "Trust", "Wire", "Store", "Store.Ports"]),
        ("Api", "core/Api", ["Mail", "Dns", "Wire", "Store", "Store.Ports", "Flow"]),
        ("Store.Azure", "core/Store.Azure", ["Store.Ports"]),
        ("Store.Local", "core/Store.Local", ["Store.Ports"]),
        ("Listener", "listener", ["Mail", "Dns", "Trust", "Wire", "Store", "Store.Ports", "Flow", "Api"]),
        (
            "Listener.Container",
            "listener/Container",
            ["Listener", "Mail", "Dns", "Store", "Store.Ports", "Store.Azure", "Flow", "Api"]
        ),
        ("Functions", "functions", ["Mail", "Dns", "Wire", "Store", "Store.Ports", "Store.Azure", "Flow", "Api"]),
    ];

    public static TheoryData<string> RoomNames => [.. Rooms.Select(room => room.Room)];

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void A_room_names_only_the_rooms_it_may(string name)
    {
        var (_, folder, may) = Rooms.First(room => room.Room == name);
        var inner = Rooms.Where(room => room.Folder != folder && room.Folder.StartsWith($"{folder}/")).ToArray();
        var files = Source.Files(folder).Where(file => !Array.Exists(inner, r => file.StartsWith($"{r.Folder}/")));
        var wrong = files.SelectMany(file =>
            NamedIn(Source.Read(file))
                .Where(other => other != name && !may.Contains(other))
                .Select(o => $"{file} → {o}")
        );
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_source_file_belongs_to_a_room()
    {
        var homeless = Source
            .Files("core")
            .Where(file => !Array.Exists(Rooms, room => file.StartsWith($"{room.Folder}/", StringComparison.Ordinal)));
        Assert.Empty(homeless);
    }

    /// <summary>The rooms a file names in full: by using, or as Cloud.Room.Type.</summary>
    static IEnumerable<string> NamedIn(string text) =>
        Regex
            .Matches(
                text,
                @"\bCloud\.(Store\.(?:Ports|Azure|Local)|Mail|Dns|Trust|Wire|Store|Flow|Api|Listener\.Container|Listener|Functions|Cli)\b"
            )
            .Select(match => match.Groups[1].Value)
            .Distinct();
}
